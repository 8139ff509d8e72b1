#: EXTRA="-device pcie-pci-bridge,id=pb,addr=8.0 -device edu,bus=pb,addr=1 -device edu,bus=pb,addr=2 -device pcie-root-port,id=rp,addr=9.0,chassis=1 -device edu,bus=rp -device pcie-root-port,id=rq,addr=0xa.0,chassis=2,disable-acs=on -device edu,bus=rq -device i82801b11-bridge,id=cb,addr=0xb.0 -device edu,bus=cb,addr=1"
# Who can only be given away together, and what ties them: an id they share, a port or a
# device that does not keep its functions apart. A port with ACS does.
$ cat '#vtd/groups'
group 0: 0:0.0 (alone)
group 1: 0:1.0 (alone)
group 2: 0:2.0 (alone)
group 3: 0:3.0 (alone)
group 4: 0:4.0 (alone)
group 5: 0:8.0 1:1.0 1:2.0 (same requester id 1:0.0 behind bridge 0:8.0 (PCIe to PCI))
group 6: 0:9.0 (alone)
group 7: 0:a.0 3:0.0 (below port 0:a.0, which has no ACS)
group 8: 0:b.0 4:1.0 (same requester id 0:b.0 behind bridge 0:b.0 (PCI))
group 9: 0:1f.0 0:1f.2 0:1f.3 (function of the same device 0:1f, which has no ACS)
group 10: 2:0.0 (alone)
$ grep ^group '#pci/1:2.0/status'
group 5
