package demo_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"peerscope/peer/demo"
)

func Example() {
	d, err := demo.Start(context.Background(), 1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	polite := slices.IndexFunc(d.Peers(), func(p demo.Peer) bool { return p.Label == "polite" })
	c, err := net.Dial("tcp", strings.TrimPrefix(d.Peers()[polite].Address, "tcp://"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	line, err := bufio.NewReader(c).ReadString('\n')
	fmt.Printf("%q %v\n", line, err)
	// Output: "220 polite at your service\r\n" <nil>
}
