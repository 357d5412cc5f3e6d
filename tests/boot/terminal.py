# SPDX-License-Identifier: BSD-2-Clause
"""The screen of a terminal at the serial line, as rows of text, with the control sequences that the firmware uses; and
pictures of the machine's own screen."""
import os
import re

ROWS, COLUMNS = 64, 256
SEQUENCE = re.compile(r"\x1b(?:\[([=?]?)([0-9;]*)([A-Za-z])|([78]))")
# The sequences that a terminal sends for keys.
KEYS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "escape": "\x1b", "enter": "\r",
        "backspace": "\x08", "home": "\x1b[H", "end": "\x1b[F", "pagedown": "\x1b[6~", "pageup": "\x1b[5~"}


class Screen:
    """Rows of text, made from the output on the serial line. `answer` sends to the line."""

    def __init__(self, rows=ROWS, columns=COLUMNS, answer=None):
        self.rows, self.columns, self.answer = rows, columns, answer
        self.saved = (0, 0)
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.columns for _ in range(self.rows)]
        self.row = self.column = 0

    def feed(self, text):
        """Process complete sequences; return the rest of the text."""
        at = 0
        while at < len(text):
            match = SEQUENCE.match(text, at)
            if match:
                if match.group(4):
                    self.save_or_restore(match.group(4))
                else:
                    self.control(match.group(3), [int(number or 0) for number in match.group(2).split(";")])
                at = match.end()
            elif text[at] == "\x1b" and len(text) - at < 16:
                break
            else:
                self.put(text[at])
                at += 1
        return text[at:]

    def save_or_restore(self, name):
        if name == "7":
            self.saved = self.row, self.column
        else:
            self.row, self.column = self.saved

    def control(self, name, numbers):
        """As with xterm, the cursor stays on the screen, and moves from the last column, not from beyond it."""
        self.column = min(self.column, self.columns - 1)
        count = max(numbers[0], 1)
        if name == "H":
            self.row, self.column = count - 1, max(numbers[-1], 1) - 1 if len(numbers) > 1 else 0
        elif name == "J":
            self.clear()
        elif name == "C":
            self.column += count
        elif name == "D":
            self.column = max(self.column - count, 0)
        elif name == "A":
            self.row = max(self.row - count, 0)
        elif name == "B":
            self.row += count
        elif name == "n" and self.answer:
            self.answer("\x1b[%d;%dR" % (self.row + 1, self.column + 1))
        self.row, self.column = min(self.row, self.rows - 1), min(self.column, self.columns - 1)

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.line_feed()
        elif character == "\b":
            self.column = max(self.column - 1, 0)
        elif character >= " ":
            if self.column >= self.columns:
                self.column = 0
                self.line_feed()
            self.cells[self.row][self.column] = character
            self.column += 1

    def line_feed(self):
        self.row += 1
        if self.row >= self.rows:
            self.cells.append([" "] * self.columns)
            del self.cells[0]
            self.row -= 1

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells).rstrip()


class Terminal:
    """A user at the serial line of a Machine: types keys and reads the screen. The menu draws the screen from top to
    bottom, and drops the keys that arrive while it starts again. So a test waits for text that the keys make
    appear, as low on the screen as possible."""

    def __init__(self, machine, rows=ROWS, columns=COLUMNS, answers=False):
        self.machine = machine
        self.screen = Screen(rows, columns, machine.send if answers else None)
        self.fed = machine.behind  # offset up to which the output is on the screen

    def look(self):
        """Return the current screen."""
        new = self.machine.raw[self.fed:]
        self.fed += len(new) - len(self.screen.feed(new))
        return self.screen.text()

    def wait(self, good, what):
        """Wait until the screen is as wanted."""
        while not good(self.look()):
            try:
                assert self.machine.receive(), "the end"
            except AssertionError as error:
                raise AssertionError("%s on:\n%s\n%s" % (what, self.screen.text(), error)) from None
        return self.screen.text()

    def see(self, *texts):
        """Wait until the screen shows all of the texts."""
        return self.wait(lambda screen: all(text in screen for text in texts), "no %r" % (texts,))

    def find(self, pattern):
        """Wait for a pattern; return its first group."""
        return re.search(pattern, self.wait(re.compile(pattern).search, "no %r" % pattern)).group(1)

    def miss(self, text):
        """Wait until the screen no longer shows the text."""
        return self.wait(lambda screen: text not in screen, "still %r" % text)

    def type(self, keys):
        """Type characters, and keys as names in braces. The firmware takes Escape for a key if no character follows for
        two seconds: wait for its effect before typing more."""
        assert "{escape}" not in keys.removesuffix("{escape}")
        self.machine.behind = len(self.machine.raw)  # the machine's next expect() reads the effect of the keys
        for name, character in re.findall(r"\{(\w+)\}|(.)", keys):
            self.machine.send(KEYS[name] if name else character)

    def do(self, keys, *texts):
        self.type(keys)
        return self.see(*texts)


class Picture:
    """The machine's screen: a PPM file of screendump."""

    def __init__(self, machine):
        path = os.path.join(machine.work, "screen.ppm")
        machine.qmp("screendump", filename=path)
        with open(path, "rb") as file:
            kind, size, _, self.pixels = file.read().split(b"\n", 3)
        assert kind == b"P6"
        self.width, self.height = map(int, size.split())
        assert len(self.pixels) == 3 * self.width * self.height

    def at(self, x, y):
        offset = 3 * (y * self.width + x)
        return tuple(self.pixels[offset:offset + 3])

    def colours(self, y):
        """Count each colour in a row of pixels."""
        row = self.pixels[3 * y * self.width:3 * (y + 1) * self.width]
        found = {}
        for x in range(0, len(row), 3):
            found[row[x:x + 3]] = found.get(row[x:x + 3], 0) + 1
        return found
