#: DMAR=rmrr-several-bad
# One of two regions is not what it should be: the device gets none of them.
$ echo 0:3.0 0 >'#iommu/attach'
echo: #iommu/attach: 0:3.0: RMRR 1 claims 0x7e000000-0x7e0fffff, which firmware did not reserve
$ grep ^state '#pci/0:3.0/status'
state blocked
$ grep -c '^ok' '#vtd/check'
1
