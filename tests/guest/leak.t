#: VTD=aw-bits=48,caching-mode=on LIMIT=120
# Attach and detach, fork and exit, leave the page count as it was.
$ mkdir -p /tmp/l; for i in 1 2 3; do edu 0:3.0 & echo 0:3.0 $! >'#iommu/attach'; sleep 1; kill $!; sleep 1; done >'#null/null'
...
$ grep '^free' '#cons/meminfo' >/tmp/l/1
$ for i in 1 2 3 4 5 6 7 8; do edu 0:3.0 & echo 0:3.0 $! >'#iommu/attach'; sleep 1; kill $!; sleep 1; done >'#null/null'
...
$ grep '^free' '#cons/meminfo' >/tmp/l/2
$ a=$(cat /tmp/l/1); b=$(cat /tmp/l/2); test "$a" = "$b" && echo equal || echo $a, $b
equal
$ grep 'domain ids' '#iommu/info'
	domain ids = 0 in use of 65536
$ rm -r /tmp/l
