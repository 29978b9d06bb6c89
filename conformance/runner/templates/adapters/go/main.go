// An adapter for icid-conformance: puts one library behind the questions of the suite.
//
// Replace the three functions below by calls of your library, then add operations from PROTOCOL.md.
// Return errRejected for the library's own verdicts and nothing else: a crash is no rejection.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
)

// The library says: this input is wrong.
var errRejected = errors.New("not a principal")

var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// Stands for your library: the bytes of a principal in text form.
func decodeText(text string) ([]byte, error) {
	raw, err := alphabet.DecodeString(strings.ToUpper(strings.ReplaceAll(text, "-", "")))
	if err != nil || len(raw) < 4 || len(raw) > 33 || encodeText(raw[4:]) != strings.ToLower(text) {
		return nil, errRejected
	}
	return raw[4:], nil
}

// Stands for your library: the text form of a principal.
func encodeText(principal []byte) string {
	checked := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(principal))
	rest := strings.ToLower(alphabet.EncodeToString(append(checked, principal...)))
	var groups []string
	for len(rest) > 5 {
		groups, rest = append(groups, rest[:5]), rest[5:]
	}
	return strings.Join(append(groups, rest), "-")
}

// Stands for your library: the principal of a public key.
func fromPubkey(der []byte) []byte {
	hash := sha256.Sum224(der)
	return append(hash[:], 2)
}

type object = map[string]any

// The one field that the operation has, or it is no question of the protocol.
func field(input object, name string) (string, error) {
	delete(input, "policy")
	text, ok := input[name].(string)
	if !ok || len(input) != 1 {
		return "", fmt.Errorf("expected %s alone", name)
	}
	return text, nil
}

// The protocol's bytes are lower-case hexadecimal digits.
func bytesField(input object, name string) ([]byte, error) {
	text, err := field(input, name)
	if err == nil && text != strings.ToLower(text) {
		err = errors.New("upper-case digits")
	}
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(text)
}

var operations = map[string]func(object) (object, error){
	"principal.decode_text": func(input object) (object, error) {
		text, err := field(input, "text")
		if err != nil {
			return nil, err
		}
		principal, err := decodeText(text)
		return object{"bytes": hex.EncodeToString(principal)}, err
	},
	"principal.encode_text": func(input object) (object, error) {
		principal, err := bytesField(input, "bytes")
		if err == nil && len(principal) > 29 {
			err = errRejected
		}
		return object{"text": encodeText(principal)}, err
	},
	"principal.from_pubkey": func(input object) (object, error) {
		spki, err := bytesField(input, "spki")
		return object{"bytes": hex.EncodeToString(fromPubkey(spki))}, err
	},
}

func hello() object {
	names := []string{"principal.decode_text", "principal.encode_text", "principal.from_pubkey"}
	implementation := object{"name": "my-library", "version": "0", "language": "go"}
	return object{"protocol": 1, "implementation": implementation, "ops": names, "reasons": "none"}
}

func answer(op string, input object) object {
	if op == "hello" {
		return object{"ok": hello()}
	}
	operation, known := operations[op]
	if !known {
		return object{"unsupported": object{"why": "operation"}}
	}
	output, err := operation(input)
	switch {
	case err == nil:
		return object{"ok": output}
	case errors.Is(err, errRejected):
		return object{"reject": object{"message": err.Error()}}
	default: // a mistake of adapter or library
		return object{"error": object{"message": err.Error()}}
	}
}

func main() {
	questions := json.NewDecoder(bufio.NewReader(os.Stdin))
	answers := json.NewEncoder(os.Stdout)
	for {
		var question struct {
			ID    json.Number
			Op    string
			Input object
		}
		if questions.Decode(&question) != nil {
			return
		}
		line := answer(question.Op, question.Input)
		line["id"] = question.ID
		if answers.Encode(line) != nil {
			return
		}
	}
}
