// SPDX-License-Identifier: GPL-2.0
// Tracepoints that somebody listens to. Kind: records.
#include "fake/internal.hpp"

#include <mutex>

#include "classify.hpp"

using mpath::fake::Call;
using mpath::fake::Port;

namespace {

std::mutex lock;
std::vector<std::string> recorded;

void record(std::string line)
{
	std::lock_guard guard(lock);

	recorded.push_back(std::move(line));
}

const char *word(mpath_verdict verdict)
{
	switch (verdict) {
	case MPATH_VERDICT_FINE:
		return "fine";
	case MPATH_VERDICT_DEAD:
		return "dead";
	case MPATH_VERDICT_GONE:
		return "gone";
	case MPATH_VERDICT_STANDBY:
		return "standby";
	case MPATH_VERDICT_FOREIGN:
		return "foreign";
	case MPATH_VERDICT_UNAVAILABLE:
		return "unavailable";
	case MPATH_VERDICT_TRANSITIONING:
		return "transitioning";
	case MPATH_VERDICT_LATER:
		return "later";
	}
	return "?";
}

} // namespace

namespace mpath::fake {

void reset_trace()
{
	recorded.clear();
}

std::vector<std::string> traces()
{
	std::lock_guard guard(lock);

	return recorded;
}

} // namespace mpath::fake

void mpk_trace_move(const mpath_io *io, gendisk *from, mpath_status status) noexcept
{
	Call call(Port::trace_move);

	record("move " + from->name + " " + mpath::status_word(status) + " " +
	       std::to_string(io->moves));
}

void mpk_trace_park(const mpath_io *) noexcept
{
	Call call(Port::trace_park);

	record("park");
}

void mpk_trace_state(const char *head, const char *path, const char *from, const char *to,
		     const char *reason) noexcept
{
	Call call(Port::trace_state);

	record(std::string("state ") + head + " " + path + " " + from + " -> " + to + " (" +
	       reason + ")");
}

void mpk_trace_probe(const char *head, const char *path, mpath_verdict verdict, u64 ms) noexcept
{
	Call call(Port::trace_probe);

	record(std::string("probe ") + head + " " + path + " " + word(verdict) + " " +
	       std::to_string(ms));
}
