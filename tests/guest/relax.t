#: DMAR=rmrr-usb CMDLINE=rmrr.relax EXTRA="-device qemu-xhci,addr=7"
# Firmware needs a USB controller's reserved memory until a driver comes: by boot parameter
# a process gets the controller, and that memory is not in its view.
$ sleep 1000 &
\[\d+\] (re)
$ p=$!; echo 0:7.0 $p >'#iommu/attach'
$ grep ^state '#pci/0:7.0/status'
state owned
$ echo 0:7.0 0xf0000 r >/sys/vtd/walk
$ cat /sys/vtd/walk
...
result fault reason 0x6 text .* (re)
$ echo 0:7.0 >'#iommu/detach'
$ kill $p
