package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// network is where a trial's processes live: all on this machine's loopback, or each
// worker, the hub with NATS server and coordinator, and the sites in a namespace of
// their own, with cables between them that can be cut.
type network struct {
	spaces bool
	prefix string
	names  []string
}

func newNetwork(spaces bool, workers int) (n network, err error) {
	n = network{spaces: spaces, prefix: fmt.Sprintf("pw%d", os.Getpid())}
	if !spaces {
		return n, nil
	}
	defer func() {
		if err != nil {
			n.close()
		}
	}()
	n.names = []string{"sites", "hub"}
	for i := range workers {
		n.names = append(n.names, fmt.Sprint("w", i+1))
	}
	var script []string
	for _, s := range n.names {
		script = append(script, fmt.Sprintf("netns add %s", n.space(s)), fmt.Sprintf("-n %s link set lo up", n.space(s)))
	}
	hub := n.space("hub")
	script = append(script, fmt.Sprintf("-n %s link add br0 type bridge", hub), fmt.Sprintf("-n %s addr add %s/24 dev br0", hub, n.hub()), fmt.Sprintf("-n %s link set br0 up", hub))
	for _, s := range n.names {
		if s == "hub" {
			continue
		}
		script = append(script, fmt.Sprintf("-n %s link add v%s type veth peer name eth0 netns %s", hub, s, n.space(s)), fmt.Sprintf("-n %s link set v%s master br0 up", hub, s),
			fmt.Sprintf("-n %s addr add %s/24 dev eth0", n.space(s), n.address(s)), fmt.Sprintf("-n %s link set eth0 up", n.space(s)))
	}
	for _, s := range n.names {
		if s != "sites" {
			script = append(script, fmt.Sprintf("-n %s route add 10.20.0.0/16 via %s", n.space(s), n.sites()))
		}
	}
	script = append(script, fmt.Sprintf("-n %s route add local 10.20.0.0/16 dev lo", n.space("sites")))
	for _, line := range script {
		if err := ip(line); err != nil {
			return n, err
		}
	}
	return n, nil
}

func ip(line string) error {
	if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", line, err, out)
	}
	return nil
}

func (n network) space(name string) string { return n.prefix + name }

func (n network) address(name string) string {
	for i, s := range n.names {
		if s == name {
			return fmt.Sprintf("10.99.0.%d", 10+i)
		}
	}
	return ""
}

func (n network) hub() string {
	if !n.spaces {
		return "127.0.0.1"
	}
	return "10.99.0.1"
}

// sites is the address of the page that kills.
func (n network) sites() string {
	if !n.spaces {
		return "127.0.0.1"
	}
	return n.address("sites")
}

// command is a program in one of the namespaces.
func (n network) command(space string, args ...string) *exec.Cmd {
	if n.spaces {
		args = append([]string{"ip", "netns", "exec", n.space(strings.TrimSuffix(space, "old"))}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

// get asks for an address in a namespace.
func (n network) get(space, address string) ([]byte, error) {
	if !n.spaces {
		return get(address)
	}
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return n.command(space, own, "get", address).Output()
}

// cut cuts a worker off from everything.
func (n network) cut(worker string) error {
	return ip(fmt.Sprintf("-n %s link set v%s down", n.space("hub"), worker))
}

func (n network) mend(worker string) error {
	return ip(fmt.Sprintf("-n %s link set v%s up", n.space("hub"), worker))
}

// deafen cuts a worker off from NATS server and coordinator alone: it still reaches
// the sites.
func (n network) deafen(worker string) error {
	return ip(fmt.Sprintf("-n %s route add blackhole %s/32", n.space(worker), n.hub()))
}

func (n network) undeafen(worker string) error {
	return ip(fmt.Sprintf("-n %s route del blackhole %s/32", n.space(worker), n.hub()))
}

func (n network) close() {
	for _, s := range n.names {
		_ = exec.Command("ip", "netns", "del", n.space(s)).Run()
	}
}
