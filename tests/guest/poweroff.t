#: FRESH=1
$ poweroff
...
exit: 0
