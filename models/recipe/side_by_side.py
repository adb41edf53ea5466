"""Independent pieces of work, as many at once as there are threads, one thread each."""

import multiprocessing

import torch


def side_by_side(work, count):
    """Yields `work(0)` to `work(count - 1)` in order; the workers are forks and share what is in memory."""
    with multiprocessing.get_context("fork").Pool(
            torch.get_num_threads(), initializer=begin, initargs=(work,)) as pool:
        yield from pool.imap(do, range(count))


def begin(work):
    global WORK
    WORK = work
    torch.set_num_threads(1)


def do(number):
    return WORK(number)
