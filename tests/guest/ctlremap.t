# A unit that remaps interrupts keeps its queue: there is no register for what that needs.
$ echo inv register >/sys/vtd/ctl
echo: /sys/vtd/ctl: unit 0 stays as it is: it remaps interrupts, which needs the queue
$ grep inv /sys/vtd/ctl
inv queued 0
