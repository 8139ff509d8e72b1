#: VTD=aw-bits=48,caching-mode=on LIMIT=120
# Attach and detach, fork, exec and death leave the page count and the ids as they were.
$ once() { edu 0:3.0 & echo 0:3.0 $! >'#iommu/attach'; sleep 1; kill $!; wait; }
$ count() { grep ^free /dev/meminfo; grep ^table /dev/meminfo; grep ^withheld /dev/meminfo; }
$ x=; for i in 1 2 3; do once; done
...
$ for i in 1 2 3; do x=$(count); done; echo $x
free (?P<free>\d+) table (?P<table>\d+) withheld 0 (re)
$ for i in 1 2 3 4 5 6 7 8; do once; done
...
$ for i in 1 2 3; do x=$(count); done; echo $x
free %{free} table %{table} withheld 0
# Tables of its own as well, whether the process ends by itself or is killed in the middle.
$ own() { modes 0:3.0 $1 & echo 0:3.0 $! $2 >'#iommu/attach'; sleep $3; kill $!; wait; }
$ own guest guest 3; own private private 3
...
$ for i in 1 2 3; do x=$(count); done; echo $x
free (?P<free>\d+) table (?P<table>\d+) withheld 0 (re)
$ for i in 0 0 1 2 3; do own guest guest $i; own private 'private ro' $i; done
...
$ for i in 1 2 3; do x=$(count); done; echo $x
free %{free} table %{table} withheld 0
$ grep 'domain ids' '#iommu/info'
	domain ids = 0 in use of 65536
