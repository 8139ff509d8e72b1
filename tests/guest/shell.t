# A shell good enough to live in.
$ echo one; echo two
one
two
$ true && echo yes || echo no
yes
$ false && echo yes || echo no
no
$ false; echo $?
1
$ x=5; echo $x "$x" '$x' \$x ${x}th
5 5 $x $x 5th
$ echo a   b "c   d"
a b c   d
$ echo \#iommu '#iommu' # a comment
#iommu #iommu
$ echo one two three | wc
1 3 14
$ mkdir -p /tmp/sh; cd /tmp/sh; echo alpha >a; echo beta >b; echo gamma >>b; cat a b
alpha
beta
gamma
$ echo *
a b
$ echo ?
a b
$ echo [b-z]
b
$ echo nothing*
nothing*
$ wc -l <b
2
$ cat nothere 2>err; cat err
cat: nothere: no such file or directory
$ for f in a b; do echo file $f; done
file a
file b
$ if test -e a; then echo there; else echo not; fi
there
$ i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done
0
1
2
$ echo 'echo script $1 $#' >s; sh s one two
script one 2
$ f() { echo fn $1; return 3; }; f x; echo $?
fn x
3
$ case abc in a*) echo starts;; *) echo no;; esac
starts
$ echo $(echo inner) `echo back`
inner back
$ (cd /; pwd); pwd
/
/tmp/sh
$ ! true; echo $?
1
$ cat <<E
> first
> E
...
first
$ sleep 0 & wait; echo waited
\[\d+\] (re)
waited
$ sleep 1000 | cat
^C
...
$ echo after $?
after \d+ (re)
$ cat
> to the program
to the program
^D
$ nosuchcommand
sh: nosuchcommand: .* (re)
$ nosuchcommand 2>err; echo $?
127
$ echo "unfinished
> line"
...
unfinished
line
$ ls | head -n 2
a
b
$ grep -n m b
2:gamma
$ echo a | cat | cat | cat | wc -c
2
$ type cat
...
$ cd /nowhere
cd: /nowhere: no such file or directory
$ cd /tmp; rm -r sh; ls sh
ls: sh: no such file or directory
