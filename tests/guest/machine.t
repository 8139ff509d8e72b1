# What the machine says of itself.
$ lspci
...
0:3.0 .*1234:11e8.* (re)
...
$ head -n 5 '#pci/0:3.0/status'
id 1234:11e8
subsystem [0-9a-f]{4}:[0-9a-f]{4} (re)
class 00ff00 .* (re)
revision 10
kind endpoint
$ hexdump '#pci/0:3.0/config' | head -n 1
00000000  34 12 e8 11 .* (re)
$ wc -c <'#pci/0:3.0/config'
256
$ wc -c <'#pci/0:4.0/config'
4096
$ date
20\d\d-.* (re)
$ cat '#cons/time'
real \d+ (re)
uptime \d+\.\d{9} (re)
$ free
...
$ cat '#null/null'; echo x >'#null/null'
$ cat '#zero/zero' | head -n 0
$ cat '#null/none'
cat: #null/none: no such file or directory
