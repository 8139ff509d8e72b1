# bind, unions, unmount, seal.
$ mkdir -p /tmp/n/a /tmp/n/b; cd /tmp/n
$ echo in a >a/f; echo in b >b/f; echo only b >b/g
$ bind a b; cat b/f; ls b
in a
f
$ unmount b; cat b/f
in b
$ bind -b a b; ls b; cat b/f
f  g
in a
$ unmount a b; cat b/f
in b
$ bind -a a b; cat b/f; unmount b
in b
$ echo x >b/new; ls b
f    g    new
$ bind -b a b; echo x >b/new2
sh: b/new2: no directory bound here takes new files (bind -c)
$ unmount b; bind -b -c a b; echo x >b/new2; ls a; unmount b
f     new2
# .. leads back across a place where something is bound.
$ bind '#iommu' b; cd b; cd ..; pwd; ls; unmount b
/tmp/n
a  b
$ bind a b/f
bind: a: a directory is bound over a directory, a file over a file
$ bind nothere b
bind: nothere: no such file or directory
$ unmount a
unmount: a: nothing is bound there
$ ls '#nothing'
ls: #nothing: no device is called #nothing
$ ls '#iommu'
attach    detach    info      mappings  power
# The table is shared by the group, and ns prints it so that it can be made again.
$ bind a b; ns | grep /tmp/n
bind /tmp/n/a /tmp/n/b
$ sh -c 'bind /bin /tmp/n/a'; ls a | grep '^cat$'
cat
$ unmount a; unmount b
# Sealed: no device names, and nothing of other processes.
$ seal ls '#iommu'
ls: #iommu: names that begin with # are refused in a sealed name space
$ seal cat /sys/vtd/faults
cat: /sys/vtd/faults: no such file or directory
$ seal -b /sys/vtd cat /sys/vtd/faults
...
$ seal -b /proc ls /proc | wc -w
1
$ seal sh -c 'kill -KILL 1'
kill: 1: process 1 is outside the seal
$ seal sh -c "bind '#iommu' /tmp"
bind: #iommu: names that begin with # are refused in a sealed name space
$ cd /; rm -r /tmp/n
