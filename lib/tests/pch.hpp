// SPDX-License-Identifier: GPL-2.0
// What is expensive to read and never changes, precompiled. Nothing relies on it: every file
// includes what it uses.
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
