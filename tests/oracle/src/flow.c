// SPDX-License-Identifier: BSD-2-Clause
// Control flow: jump tables, computed goto, tail calls, calls near and far, indirect calls.
extern int far_function(int), far_other(int);
extern int far_variable;
extern int hidden_variable __attribute__((visibility("hidden")));
extern void *far_memcpy(void *, const void *, unsigned long);

static int twice(int x)
{
    return 2 * x;
}
__attribute__((noinline)) int visible(int x)
{
    return x > 3 ? far_other(x - 1) : twice(x);
}

int jump_table(int x, int y)
{
    switch (x) {
    case 0:
        return far_function(y);
    case 1:
        return y * 17;
    case 2:
        far_variable++;
        return y;
    case 3:
        return visible(y) + 1;
    case 4:
        return y / 3;
    case 5:
        return hidden_variable;
    case 6:
        return far_other(y) + far_function(y);
    case 7:
        return y ^ 0x55;
    case 8:
        return visible(far_function(y));
    case 11:
        return far_variable - y;
    }
    return -1;
}

const char *strings(int x)
{
    switch (x) {
    case 0:
        return "zero";
    case 1:
        return "one";
    case 2:
        return "two";
    case 3:
        return "three";
    case 4:
        return "and two";
    default:
        return "many";
    }
}

int computed(const unsigned char *program, int x)
{
    static const void *const labels[] = {&&add, &&sub, &&call, &&done};
    goto *labels[*program & 3];
add:
    x += 7;
    goto *labels[*++program & 3];
sub:
    x -= far_variable;
    goto *labels[*++program & 3];
call:
    x = visible(x);
    goto *labels[*++program & 3];
done:
    return x;
}

int tail(int x)
{
    return far_function(x + 1);
}

typedef int handler(int);
handler *choose(int x)
{
    return x == 0 ? far_function : x == 1 ? visible : x == 2 ? twice : tail;
}

void copy(void *to)
{
    struct big {
        char bytes[500];
    };
    static const struct big source = {{1, 2, 3}};
    *(struct big *)to = source;
    far_memcpy(to, &source, sizeof(source));
}

int read_all(void)
{
    int *volatile where = &far_variable;
    return *where + far_variable + hidden_variable + ((int *)&far_variable)[100] +
           ((char *)&hidden_variable)[-3];
}
