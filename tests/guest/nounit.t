#: VTD=none
# A machine without a unit boots, says so, and lets nobody have a device.
$ dmesg | grep -i dmar
...
$ cat '#iommu/mappings'
$ echo 0:3.0 1 >'#iommu/attach'
echo: #iommu/attach: .* (re)
$ cat '#iommu/power'
IOMMU status: disabled
...
$ echo on >'#iommu/power'
echo: #iommu/power: .* (re)
$ cat '#iommu/info'
driver info:
	default did = 1
	status = disabled
...
$ cat '#vtd/dmar'
no DMAR table
