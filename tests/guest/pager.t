# Text on the screen: more, man, tail, jobs.
# tail
$ seq 20 >/tmp/n
$ tail -n 2 /tmp/n
19
20
$ tail -n +19 /tmp/n
19
20
$ tail -c 3 /tmp/n
20
$ tail /tmp/n | wc -l
10
$ tail -n 30 /tmp/n | wc -l
20
$ tail -n 0 /tmp/n
$ echo -n 'no newline' >/tmp/one
$ tail -n 1 /tmp/one; echo
no newline
$ seq 5 | tail -n 1
5
$ tail -n 1 /tmp/n /tmp/one; echo
==> /tmp/n <==
20

==> /tmp/one <==
no newline
$ tail -n x /tmp/n
usage: tail [-f] [-n [+]LINES | -c [+]BYTES] [FILE]...
$ tail /tmp/nothing
tail: /tmp/nothing: no such file or directory
$ tail -f -n 1 /tmp/n >/tmp/out &
[*] (glob)
$ pid=$!
$ echo 21 >>/tmp/n; sleep 1; cat /tmp/out
20
21
$ kill $pid; wait
[*]: killed (glob)
# more: in a pipe it copies; on the console it stops
$ more /tmp/n | wc -l
21
$ export LINES=6
$ more /tmp/n
> q
1
2
3
4
5
--more--* (glob)
$ more /tmp/n
> f
> q
1
2
3
4
5
--more--6
7
8
9
10
--more--11
--more--* (glob)
$ seq 3 | more
1
2
3
$ more /tmp/nothing
more: /tmp/nothing: no such file or directory
# a line that is wider than the screen takes more rows
$ export COLUMNS=10
$ echo 123456789012345678901234567890 | tee /tmp/wide >>/tmp/wide; seq 3 >>/tmp/wide; more /tmp/wide
> q
123456789012345678901234567890
1
2
--more--* (glob)
# man fills paragraphs to the width, and leaves what is indented as it is
$ export COLUMNS=60 LINES=1000
$ man sh | head -n 5
...
## Synopsis

	sh [-ex] [-c COMMANDS | FILE] [ARG]...
$ man cons
...
What is written appears on the console (the first serial
line, 115200 baud). A read gives a line that was typed;
...
	$ grep cpus '#cons/sysinfo'
...
$ export LINES=6
$ man sh
> q
...
## Synopsis

	sh [-ex] [-c COMMANDS | FILE] [ARG]...
--more--* (glob)
$ man nothing
man: no page for nothing; man alone lists them
# jobs
$ wait; jobs
$ sleep 1000 &
\[(?P<job>\d+)\] (re)
$ (sleep 1; sh -c 'exit 3') | cat &
[*] (glob)
$ sh -c 'exit 3' &
[*] (glob)
$ sleep 2; jobs
[%{job}] running sleep 1000
[*] done 0 ( sleep 1 ... ) | cat (glob)
[*] done 3 sh -c 'exit 3' (glob)
$ jobs
[%{job}] running sleep 1000
$ kill %{job}; wait
[*]: killed (glob)
$ jobs
