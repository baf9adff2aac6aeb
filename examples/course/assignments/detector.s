# Your detector: power off with status 1 if you run under a monitor, with 0 if you have the machine for yourself.
#
# This one asks for the ring. Under trap-and-emulate on a machine where `sring` does not trap, a kernel reads 1.
_start: sring t1
        snez  t1, t1              # not ring 0: 1
        li    t0, 1               # the power port
        out   t0, t1
