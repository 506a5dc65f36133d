package hexdump_test

import (
	"fmt"
	"os"

	"peerscope/hexdump"
)

func ExampleAppendRow() {
	p := []byte("*1\r\n$4\r\nPING\r\n")
	os.Stdout.Write(hexdump.AppendRow(nil, 0x10, p, 16))
	// Output:
	// 00000010: 2a 31 0d 0a 24 34 0d 0a 50 49 4e 47 0d 0a        *1..$4..PING..
}

func ExampleParseSend() {
	p, err := hexdump.ParseSend(`PING\r\n`)
	fmt.Printf("%q %v\n", p, err)
	_, err = hexdump.ParseSend("hex 0a 0")
	fmt.Println(err)
	// Output:
	// "PING\r\n" <nil>
	// half a byte 0 at 7: expected pairs of hex digits such as 0a 0b
}
