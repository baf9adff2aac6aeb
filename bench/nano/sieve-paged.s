# Compute-bound supervisor code, loops only, with paging on, as kernels run.

    .include "paging.inc"
    .include "sieve.inc"
