package peer

import "fmt"

// callBuffer plays a method that only a Buffer has.
func (o *object) callBuffer(method string, args fields) (fields, error) {
	b := o.buffer
	switch method {
	case "seek", "resize":
		n, err := args.number(map[string]string{"seek": "position", "resize": "size"}[method])
		if err != nil {
			return nil, err
		}
		if method == "seek" {
			_ = b.Seek(int(n)) // the class's returns no error
		} else {
			_ = b.Resize(int(n)) // nor does this
		}
		return nil, nil
	case "clear":
		b.Clear()
		return nil, nil
	case "get_position":
		return fields{"return": b.Position()}, nil
	case "get_size":
		return fields{"return": b.Size()}, nil
	case "set_data_array":
		data, err := bytesOf(args["data"])
		if err != nil {
			return nil, err
		}
		b.SetDataArray(data)
		return nil, nil
	case "duplicate":
		return fields{"copy": bufferState(b.Duplicate())}, nil
	}
	return nil, fmt.Errorf("%w of a buffer", errUnknownStep)
}
