// Prints the digest and the ids of the vectors that the module holds.
package main

import (
	"encoding/json"
	"fmt"
	"log"

	vectors "icid-vectors"
)

func main() {
	fmt.Println(vectors.Digest())
	for _, path := range vectors.Paths() {
		text, err := vectors.Read(path)
		if err != nil {
			log.Fatal(err)
		}
		var file struct{ Tests []struct{ ID string } }
		if err := json.Unmarshal(text, &file); err != nil {
			log.Fatal(err)
		}
		for _, test := range file.Tests {
			fmt.Println(test.ID)
		}
	}
}
