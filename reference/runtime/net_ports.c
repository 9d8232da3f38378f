/* placeholder until the next commit */
#include "runtime/net.h"
#include "base/json.h"
int net_ports_add(struct net *n, uint32_t address, const struct port_mapping *ports, size_t n_ports,
		  struct error *err)
{
	(void)n;(void)address;(void)ports;(void)n_ports;
	return error_set(err, ERR_UNSUPPORTED, "hostPort", "host ports");
}
void net_ports_remove(struct net *n, uint32_t address)
{
	(void)n;(void)address;
}
