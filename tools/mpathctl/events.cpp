// SPDX-License-Identifier: GPL-2.0
#include "events.hpp"

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string.h>

#include <fmt/format.h>
#include <libudev.h>

namespace mpathctl {

namespace {

template <auto release>
struct Release {
	template <typename T>
	void operator()(T *what) const
	{
		release(what);
	}
};

using Udev = std::unique_ptr<udev, Release<udev_unref>>;
using Monitor = std::unique_ptr<udev_monitor, Release<udev_monitor_unref>>;
using Device = std::unique_ptr<udev_device, Release<udev_device_unref>>;

std::string property(udev_device *device, const char *name)
{
	const char *value = udev_device_get_property_value(device, name);

	return value ? value : "";
}

Event event_of(udev_device *device)
{
	return {
		.head = property(device, "MPATH_DISK"),
		.path = property(device, "MPATH_PATH"),
		.state = property(device, "MPATH_STATE"),
		.reason = property(device, "MPATH_REASON"),
		.number = strtoull(property(device, "MPATH_SEQNUM").c_str(), nullptr, 10),
		.usable_paths = atoi(property(device, "MPATH_NR_PATHS").c_str()),
	};
}

} // namespace

unsigned long long Sequence::lost_before(const Event &event)
{
	const auto [last, is_new] = last_.try_emplace(event.head, event.number);
	const unsigned long long lost =
		is_new || event.number <= last->second ? 0 : event.number - last->second - 1;

	last->second = event.number;
	return lost;
}

std::string line_of(const Event &event)
{
	return fmt::format("{}: path {} is {} ({}), {} path{} left", event.head, event.path,
			   event.state, event.reason, event.usable_paths,
			   event.usable_paths == 1 ? "" : "s");
}

void listen(const std::function<bool(const Event &)> &tell)
{
	const Udev udev(udev_new());
	// The kernel's own: the order is its order, and no rule is waited for.
	const Monitor monitor(udev ? udev_monitor_new_from_netlink(udev.get(), "kernel") : nullptr);

	if (!monitor || udev_monitor_enable_receiving(monitor.get()) < 0)
		throw std::runtime_error(
			fmt::format("cannot listen to the kernel's events: {}", strerror(errno)));
	for (;;) {
		pollfd waiting = { udev_monitor_get_fd(monitor.get()), POLLIN, 0 };

		if (poll(&waiting, 1, -1) < 0 && errno != EINTR)
			throw std::runtime_error(fmt::format("poll: {}", strerror(errno)));

		const Device device(udev_monitor_receive_device(monitor.get()));

		if (device && property(device.get(), "MPATH_ACTION") == "path_state" &&
		    !tell(event_of(device.get())))
			return;
	}
}

} // namespace mpathctl
