// SPDX-License-Identifier: GPL-2.0
// The kernel log. Kind: records, and limits no rate.
#include "fake/internal.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <mutex>

using mpath::fake::Call;
using mpath::fake::Port;

namespace {

std::mutex lines_lock;
std::vector<mpath::fake::Line> lines;

void record(mpath_log_level level, bool ratelimited, const char *fmt, va_list args)
{
	char text[512];

	std::vsnprintf(text, sizeof(text), fmt, args);

	std::lock_guard guard(lines_lock);

	lines.push_back({level, ratelimited, text});
}

} // namespace

namespace mpath::fake {

void reset_log()
{
	lines.clear();
}

std::vector<Line> log_lines()
{
	std::lock_guard guard(lines_lock);

	return lines;
}

bool logged(const std::string &text)
{
	const auto all = log_lines();

	return std::any_of(all.begin(), all.end(),
			   [&text](const Line &line) { return line.text == text; });
}

} // namespace mpath::fake

void mpk_log(mpath_log_level level, const char *fmt, ...) noexcept
{
	Call call(Port::log);
	va_list args;

	va_start(args, fmt);
	record(level, false, fmt, args);
	va_end(args);
}

void mpk_log_ratelimited(mpath_log_level level, const char *fmt, ...) noexcept
{
	Call call(Port::log_ratelimited);
	va_list args;

	va_start(args, fmt);
	record(level, true, fmt, args);
	va_end(args);
}

void mpk_assert_fail(const char *expression, const char *file, int line) noexcept
{
	std::fprintf(stderr, "%s:%d: %s does not hold\n", file, line, expression);
}
