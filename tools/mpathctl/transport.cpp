// SPDX-License-Identifier: GPL-2.0
#include "transport.hpp"

namespace mpathctl {

namespace {

// The first directory above DEVICE whose name begins so: host2, session3, rport-2:0-1.
std::string above(const std::string &device, const std::string &prefix)
{
	for (std::filesystem::path at = device; at.has_relative_path(); at = at.parent_path())
		if (at.filename().string().starts_with(prefix))
			return at.filename();
	return "";
}

void set_patience(const Tree &tree, Transport &transport, const std::string &file,
		  const std::string &name)
{
	const auto says = tree.read(file);

	if (!says)
		return;
	transport.patience_file = file;
	transport.patience_name = name;
	if (*says != "off" && !says->starts_with('-'))
		transport.patience_secs = tree.number(file);
}

// The adapter on the PCI bus above DEVICE, the one that is nearest: 0000:05:00.0.
std::string pci_above(const Tree &tree, const std::string &device)
{
	for (std::filesystem::path at = device; at.has_relative_path(); at = at.parent_path())
		if (base(tree.resolve(at.string() + "/subsystem")) == "pci")
			return at.filename();
	return "";
}

Transport iscsi(const Tree &tree, const std::string &device, const std::string &session)
{
	Transport transport{ .name = "iscsi" };

	transport.host_adapter =
		tree.text("/sys/class/iscsi_host/" + above(device, "host") + "/ipaddress");
	transport.target_node = tree.text("/sys/class/iscsi_session/" + session + "/targetname");

	for (const std::string &connection :
	     tree.names(device.substr(0, device.find(session)) + session)) {
		const std::string at = "/sys/class/iscsi_connection/" + connection + "/";

		if (connection.starts_with("connection"))
			transport.address = tree.text(at + "persistent_address") + ":" +
					    tree.text(at + "persistent_port");
	}
	set_patience(tree, transport, "/sys/class/iscsi_session/" + session + "/recovery_tmo",
		     "replacement_timeout");
	return transport;
}

Transport fc(const Tree &tree, const std::string &device, const std::string &rport)
{
	const std::string at = "/sys/class/fc_remote_ports/" + rport + "/";
	const std::string host = "/sys/class/fc_host/" + above(device, "host") + "/";
	Transport transport{ .name = "fc", .address = tree.text(at + "port_name") };

	transport.host_node = tree.text(host + "node_name");
	transport.host_port = tree.text(host + "port_name");
	transport.target_node = tree.text(at + "node_name");
	set_patience(tree, transport, at + "fast_io_fail_tmo", "fast_io_fail_tmo");
	return transport;
}

Transport srp(const Tree &tree, const std::string &rport)
{
	const std::string at = "/sys/class/srp_remote_ports/" + rport + "/";
	Transport transport{ .name = "srp", .address = tree.text(at + "port_id") };

	set_patience(tree, transport, at + "fast_io_fail_tmo", "fast_io_fail_tmo");
	return transport;
}

// Its fast_io_fail_tmo is no patience: heads send all I/O failfast (always_failfast), which the driver
// gives back when the controller is lost, whatever that says.
Transport nvme(const Tree &tree, const std::string &controller)
{
	return { .name = tree.text(controller + "/transport"),
		 .address = tree.text(controller + "/address") };
}

Transport sas(const std::string &address)
{
	return { .name = "sas", .address = address, .target_node = address };
}

Transport of_device(const Tree &tree, const std::string &device)
{
	if (tree.exists(device + "/transport"))
		return nvme(tree, device);
	if (const std::string session = above(device, "session"); !session.empty())
		return iscsi(tree, device, session);
	if (const std::string rport = above(device, "rport-"); !rport.empty())
		return tree.exists("/sys/class/srp_remote_ports/" + rport)
			       ? srp(tree, rport)
			       : fc(tree, device, rport);
	if (const std::string address = tree.text(device + "/sas_address"); !address.empty())
		return sas(address);
	return { .name = "other" };
}

} // namespace

Transport transport_of(const Tree &tree, const std::string &dir)
{
	const std::string device = tree.resolve(dir + "/device");
	Transport transport = of_device(tree, device);

	if (transport.host_adapter.empty())
		transport.host_adapter = pci_above(tree, device);
	return transport;
}

} // namespace mpathctl
