module icid-vectors

go 1.16
