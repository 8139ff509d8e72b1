#: EXTRA="-device virtio-rng-pci,addr=8.0,iommu_platform=on,disable-legacy=on -device virtio-rng-pci,addr=9.0,disable-legacy=on -device virtio-rng-pci,addr=a.0,iommu_platform=on,disable-legacy=on" CMDLINE=bounce=0:a.0
# Entropy by a driver in the kernel, through the IOMMU; not from a device that goes past it.
$ hexdump '#rng/data'
hexdump: #rng/data: the kernel has no entropy device: attach one to pid 0
$ echo 0:9.0 0 >'#iommu/attach'
echo: #iommu/attach: the entropy device wants no IOMMU, or does not answer
$ echo 0:a.0 0 >'#iommu/attach'
echo: #iommu/attach: the driver rng shares memory with its device, which cannot bounce
$ echo 0:8.0 0 >'#iommu/attach'
$ hexdump '#rng/data' | head -n 2 >/tmp/a
$ hexdump '#rng/data' | head -n 2 >/tmp/b
$ wc </tmp/a
2 .* (re)
$ [ "$(cat /tmp/a)" = "$(cat /tmp/b)" ] && echo equal
$ cat '#rng/status'
device 0:8.0 view translated ats off reads \d+ bytes \d+ (re)
$ cat /sys/vtd/check
ok .* (re)
$ echo 0:8.0 0 >'#iommu/detach'
$ cat '#rng/status'
$ sleep 1000 &
\[\d+\] (re)
$ p=$!
$ echo 0:8.0 $p >'#iommu/attach'
$ kill $p
$ sleep 1
...
$ echo 0:8.0 0 >'#iommu/attach'
$ hexdump '#rng/data' | head -n 1
00000000 .* (re)
$ echo 0:8.0 0 >'#iommu/detach'
