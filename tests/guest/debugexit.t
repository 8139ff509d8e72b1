#: EXTRA='-device isa-debug-exit,iobase=0xf4,iosize=4' CMDLINE=debug-exit FRESH=1
# QEMU is ended by its own device: twice the status, plus one.
$ poweroff
exit: 1
