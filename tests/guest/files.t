# A RAM file system: files, directories, and what cannot be done said plainly.
$ mkdir /tmp/f; cd /tmp/f
$ echo hello >a; cp a b; mv b c; ls; cat c
a  c
hello
$ mkdir d; mv c d; ls d; mv d/c d/e; cat d/e
c
hello
$ rm d
rm: d: is a directory
$ cp -r d d2; ls d2
e
$ rm -r d d2; ls
a
$ mkdir a
mkdir: a: file exists
$ mkdir x/y
mkdir: x/y: no such file or directory
$ mkdir -p x/y/z; ls x/y
z
$ echo 1 >x
sh: x: is a directory
$ ls a/b
ls: a/b: .* (re)
$ cat /tmp
cat: /tmp: is a directory
$ rm nothere
rm: nothere: no such file or directory
$ rm -f nothere
$ echo longer line >a; cat a; echo x >a; cat a
longer line
x
$ echo tail >>a; cat a
x
tail
$ cd ..; cd f; pwd; cd ../../tmp/./f; pwd
/tmp/f
/tmp/f
$ touch t; ls -l t | wc -l
1
$ hexdump a
00000000  78 0a 74 61 69 6c 0a .* (re)
...
$ wc -c /bin/sh >n; test -s n && echo sizes
sizes
$ echo x >/bin/cat/y
sh: /bin/cat/y: .* (re)
$ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
sh: */aaa*: name too long (glob)
$ mkdir aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
mkdir: a+: name too long (re)
# A program that is none, and one cut short.
$ echo nonsense >p; /tmp/f/a; echo $?
...
126
$ head -n 1 /bin/cat >p; ./p; echo $?
...
126
$ cd /; rm -r /tmp/f
