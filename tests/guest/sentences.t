# Sentences that nothing else brings about: what a user gets for asking oddly.
$ ls '#pci.x'
ls: #pci.x: #pci takes no argument
$ ls '#vtd.x' '#null.x'
ls: #vtd.x: #vtd takes no argument
ls: #null.x: #null takes no argument
$ ls '#root.x'
ls: #root.x: #root has no x
# A kernel thread has no memory a device could be given.
$ edu 0:3.0 &
\[\d+\] (re)
$ e=$!; echo 0:3.0 $e >'#iommu/attach'
? edu 0:3.0: 4095 bytes out and back at 0x[0-9a-f]+, equal (re)
$ for p in /proc/*; do if grep -q dmafault $p/status; then echo 0:2.0 ${p#/proc/} >'#iommu/attach'; fi; done
echo: #iommu/attach: process \d+ has no memory of its own (re)
$ kill $e
# Registers are not read or written as files are, whoever holds the descriptor.
$ echo 0:3.0 $$ >'#iommu/attach'
$ exec 3<'#pci/0:3.0/bar0'; cat <&3; exec 3<&-
cat: input: registers are mapped, not read: use mmap
$ exec 3>'#pci/0:3.0/bar0'; echo x >&3; exec 3>&-
echo: #pci/0:3.0/bar0: registers are mapped, not written: use mmap
$ echo 0:3.0 >'#iommu/detach'
