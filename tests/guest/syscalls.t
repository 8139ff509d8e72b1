#: FRESH=1 LIMIT=240
# Random arguments at every call: none hangs the kernel or harms it, and no page is lost.
$ syscalls 100000
...
exit .* (re)
...
\d+ calls, \d+ worked (re)
enough calls
a fifth worked
pages equal
$ echo alive
alive
