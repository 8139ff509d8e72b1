# What a unit reads on the way of a request, and what it will do: of a device nobody owns,
# of one that is attached, and the reason the fault record then has.
$ cat /sys/vtd/walk
write B:D.F ADDRESS r|w [manual|qemu], then read
$ echo 0:3.0 0x1000 r >/sys/vtd/walk
$ cat /sys/vtd/walk
walk 0:3.0 0x1000 r profile manual
unit 0 source 0:3.0 translation on
root at 0x[0-9a-f]+ value 0x0:0x[0-9a-f]+ table 0x[0-9a-f]+ (re)
context at 0x[0-9a-f]+ value 0x0:0x0 absent (re)
result fault reason 0x2 text 'Present bit in context entry is clear' recorded yes
$ dmatest 0:3.0 touch &
\[\d+\] (re)
$ p=$!
$ echo 0:3.0 $p >'#iommu/attach'
? mapped
$ echo 0:3.0 0x6df084123 w qemu >/sys/vtd/walk
$ cat /sys/vtd/walk
walk 0:3.0 0x6df084123 w profile qemu
unit 0 source 0:3.0 translation on
root at .* (re)
context at 0x[0-9a-f]+ value 0x[0-9a-f]+:0x[0-9a-f]+ type tables domain \d+ levels \d table 0x[0-9a-f]+ (re)
...
level \d at 0x[0-9a-f]+ value 0x0 absent (re)
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
# Its text is there, to read; and nothing is beyond the width of a process.
$ echo 0:3.0 0x400000 r >/sys/vtd/walk
$ cat /sys/vtd/walk
...
level 1 at 0x[0-9a-f]+ value 0x[0-9a-f]+ rights r page 0x[0-9a-f]+ size 0x1000 (re)
result page address 0x[0-9a-f]+ rights r (re)
$ echo 0:3.0 0x400000 w >/sys/vtd/walk
$ grep result /sys/vtd/walk
result fault reason 0x5 text 'PTE Write access is not set' recorded yes
$ echo 0:3.0 0x8000000000000000 w >/sys/vtd/walk
$ grep result /sys/vtd/walk
result fault reason 0x4 text 'Access beyond MGAW' recorded yes
$ echo 0:3.0 0xfee00000 w >/sys/vtd/walk
$ grep result /sys/vtd/walk
result interrupt text 'no DMA goes to 0xfee00000 to 0xfeefffff'
$ kill $p
$ sleep 1
...
# Questions it does not understand leave the last one.
$ echo 0:3.0 r >/sys/vtd/walk
echo: /sys/vtd/walk: want B:D.F ADDRESS r|w [manual|qemu]
$ echo 0:9.0 0x1000 r >/sys/vtd/walk
echo: /sys/vtd/walk: no device 0:9.0
$ grep walk /sys/vtd/walk
walk 0:3.0 0xfee00000 w profile manual
# And the unit says the same as the walk did.
$ edu 0:3.0 poke 0x6df084000 &
\[(?P<pid>\d+)\] (re)
$ echo 0:3.0 $! >'#iommu/attach'
? DMAR:[fault reason 05] PTE Write access is not set (pid %{pid} edu)
