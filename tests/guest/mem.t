# Memory comes back.
$ cat /proc/1/segment
...
$ free >/tmp/f1
$ for i in 1 2 3 4 5 6 7 8 9 10; do cat /bin/sh | wc -c >'#null/null'; done
$ free >/tmp/f2; cmp /tmp/f1 /tmp/f2; cat /tmp/f1 /tmp/f2
...
