# Processes: a directory each, kill, Ctrl-C, and nobody left behind.
$ sleep 1000 &
\[(?P<p>\d+)\] (re)
$ p=$!
$ cat /proc/$p/status
...
$ ls /proc/$p
ctl      fd       ns       segment  status
$ ps | grep sleep
...
$ echo kill >/proc/$p/ctl
$ sleep 1
$ ls /proc/$p
ls: /proc/\d+: .* (re)
$ kill 99999
kill: 99999: no process 99999
$ kill abc
kill: .* (re)
$ sleep 1000 & kill -0 $! && echo alive; kill $!
\[\d+\] (re)
alive
$ sleep 1000
^C
...
$ sh -c 'exit 7'; echo $?
7
$ sh -c 'kill -KILL $$'; echo $?
sh: killed
137
$ wc -c <'#zero/zero' &
\[\d+\] (re)
$ kill $!; echo killed
killed
