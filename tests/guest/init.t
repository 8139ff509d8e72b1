#: FRESH=1 CMDLINE=init=/bin/sh
# Any program can be process 1; when it ends so does the machine.
$ echo $$
1
$ exit 0
...
exit: 0
