#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the pictures of README.md from real boots in QEMU: pictures.py DIRECTORY

menu.png  the boot menu on the machine's screen
boot.svg  btl plot of the manifest that the same machine saved in its first boot, with the kernel's record of that boot,
          without the address lists"""
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests/boot"))
from btlboot import PROGRAM, PROMPT, Machine, conf, make_image, under  # noqa: E402
from terminal import Picture, Terminal  # noqa: E402

FILES = {
    "loader.conf": conf('title="Every day"\nmanifest_save="YES"\n', options="").encode(),
    "loader.conf.d/disk.conf": conf('title="New disk driver"\nboot_tries="3"\n', options="").encode(),
    "loader.conf.d/rescue.conf": b'title="Rescue"\nearlylog_load="YES"\nearlylog_phase="BOOT1"\n',
}
SCREEN = ["-vga", "none", "-device", "VGA,xres=800,yres=600"]


def write_png(path, picture):
    """Write a Picture as a PNG with a palette."""
    pixels = [picture.pixels[i:i + 3] for i in range(0, len(picture.pixels), 3)]
    palette = sorted(set(pixels))
    index = {colour: number for number, colour in enumerate(palette)}
    rows = [pixels[y * picture.width:(y + 1) * picture.width] for y in range(picture.height)]
    data = b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in rows)
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 3, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, body in ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(data, 9)),
                           (b"IEND", b"")):
            file.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))


def confirm_boot(image, variables):
    """Boot to the monitor and make the running configuration the last good one."""
    with Machine(image, variables=variables) as machine:
        machine.expect(PROMPT)
        assert "last good configuration from now on" in machine.command("boot-ok")
        machine.send("poweroff\r")
        machine.wait()


def plot_boot(image, variables, path):
    """Plot the saved manifest; leave out the last section and the texts that a pointer shows."""
    plot = subprocess.run([PROGRAM, "plot", "--efivars", variables, image], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    heading, = re.finditer(r'<line class="rule" [^>]*y1="([0-9.]+)"[^>]*>\n<text class="h2"[^>]*>Ranges and', plot)
    height = heading.group(1).split(".")[0]
    plot = re.sub(r'height="\d+" viewBox="0 0 (\d+) \d+"', r'height="%s" viewBox="0 0 \1 %s"' % (height, height),
                  plot[:heading.start()], count=1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?<=.)<title>.*?</title>", "", plot) + "</svg>\n")


def photograph_menu(image, variables, path):
    """Open the menu by a key that is pressed before the loader starts."""
    with Machine(image, variables=variables, options=SCREEN) as machine:
        machine.expect("waiting for a key")
        machine.send(" ")
        terminal = Terminal(machine)
        terminal.see("last good", "For this boot", "l: lines")
        terminal.type("{home}")
        terminal.miss("Without another key")
        write_png(path, Picture(machine))


def main(directory):
    with tempfile.TemporaryDirectory() as work:
        image, variables = make_image(work, FILES), os.path.join(work, "vars.fd")
        confirm_boot(image, variables)
        plot_boot(image, variables, os.path.join(directory, "boot.svg"))
        image = make_image(work, {**FILES, **under("typed")})
        photograph_menu(image, variables, os.path.join(directory, "menu.png"))


if __name__ == "__main__":
    main(sys.argv[1])
