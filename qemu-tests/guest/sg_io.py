# SPDX-License-Identifier: GPL-2.0
# SG_IO from Python, every field of the header in hand; for the programs beside it.
import ctypes

SG_IO = 0x2285
NONE, TO_DEV, FROM_DEV, TO_FROM_DEV = -1, -2, -3, -4


class Hdr(ctypes.Structure):
    _fields_ = [
        ("interface_id", ctypes.c_int),
        ("dxfer_direction", ctypes.c_int),
        ("cmd_len", ctypes.c_ubyte),
        ("mx_sb_len", ctypes.c_ubyte),
        ("iovec_count", ctypes.c_ushort),
        ("dxfer_len", ctypes.c_uint),
        ("dxferp", ctypes.c_void_p),
        ("cmdp", ctypes.c_void_p),
        ("sbp", ctypes.c_void_p),
        ("timeout", ctypes.c_uint),
        ("flags", ctypes.c_uint),
        ("pack_id", ctypes.c_int),
        ("usr_ptr", ctypes.c_void_p),
        ("status", ctypes.c_ubyte),
        ("masked_status", ctypes.c_ubyte),
        ("msg_status", ctypes.c_ubyte),
        ("sb_len_wr", ctypes.c_ubyte),
        ("host_status", ctypes.c_ushort),
        ("driver_status", ctypes.c_ushort),
        ("resid", ctypes.c_int),
        ("duration", ctypes.c_uint),
        ("info", ctypes.c_uint),
    ]


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


libc = ctypes.CDLL(None, use_errno=True)  # a call lets other threads run


def ioctl(fd, request, arg):
    """The result, or a negative errno."""
    ret = libc.ioctl(fd, ctypes.c_ulong(request), arg)
    return -ctypes.get_errno() if ret < 0 else ret


class Command:
    """A command with its buffers; send() returns 0 or a negative errno, hdr has the rest."""

    def __init__(self, cdb, data=None, direction=NONE, **fields):
        self.cdb = (ctypes.c_ubyte * len(cdb))(*cdb)
        self.data = data
        self.sense = (ctypes.c_ubyte * 64)()
        self.hdr = Hdr(
            interface_id=ord("S"),
            dxfer_direction=direction,
            cmd_len=len(cdb),
            mx_sb_len=len(self.sense),
            dxfer_len=len(data) if data is not None else 0,
            dxferp=ctypes.addressof(data) if data is not None else None,
            cmdp=ctypes.addressof(self.cdb),
            sbp=ctypes.addressof(self.sense),
            timeout=10000,
        )
        for name, value in fields.items():
            setattr(self.hdr, name, value)

    def send(self, fd):
        return ioctl(fd, SG_IO, ctypes.byref(self.hdr))


def buffer(size, fill=0):
    return (ctypes.c_ubyte * size)(*([fill] * size))
