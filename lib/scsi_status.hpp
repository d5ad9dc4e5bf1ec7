// SPDX-License-Identifier: GPL-2.0
// What a SCSI command comes back with.
#pragma once

#include "mpath_abi.h"

namespace mpath {

// Host bytes, include/scsi/scsi_status.h
constexpr u8 kDidOk = 0x00;
constexpr u8 kDidNoConnect = 0x01;
constexpr u8 kDidImmRetry = 0x0c;
constexpr u8 kDidRequeue = 0x0d;
constexpr u8 kDidTransportDisrupted = 0x0e;

// SAM-6 5.3.1
constexpr u8 kGood = 0x00;
constexpr u8 kCheckCondition = 0x02;
constexpr u8 kBusy = 0x08;
constexpr u8 kReservationConflict = 0x18;
constexpr u8 kTaskSetFull = 0x28;

// Sense keys, SPC-5 table 48
constexpr u8 kRecoveredError = 0x1;
constexpr u8 kNotReady = 0x2;
constexpr u8 kMediumError = 0x3;
constexpr u8 kHardwareError = 0x4;
constexpr u8 kIllegalRequest = 0x5;
constexpr u8 kUnitAttention = 0x6;
constexpr u8 kDataProtect = 0x7;
constexpr u8 kBlankCheck = 0x8;
constexpr u8 kAbortedCommand = 0xb;

} // namespace mpath
