# Becoming another program, with arguments as a list.
$ execs
execv: [a b] [] where here
execl: [a b] [] [c] where here
execlp: where here
execle: [1] [2] [3] [4] [5] [6] [7] where there
execlp of nothing: .*no such file or directory (re)
