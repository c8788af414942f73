/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by rr_vectors.py; the structures are in test_return_routability.c. */
/* clang-format off */
static const struct token_vector token_vectors[] = {
	{"000102030405060708090a0b0c0d0e0f10111213", "a0a1a2a3a4a5a6a7", 0, "2001:db8:1::100", "a0e8498e964263cb"},
	{"000102030405060708090a0b0c0d0e0f10111213", "a0a1a2a3a4a5a6a7", 1, "2001:db8:a::5", "1119daa38f324042"},
	{"000102030405060708090a0b0c0d0e0f10111213", "a0a1a2a3a4a5a6a7", 1, "2001:db8:1::100", "9cea9008553fbfea"},
	{"000102030405060708090a0b0c0d0e0f10111213", "a0a1a2a3a4a5a6a7", 0, "::", "d4d448c0ea894622"},
	{"ffffffffffffffffffffffffffffffffffffffff", "0000000000000000", 0, "2001:db8:1::100", "35f4567d99faff7c"},
	{"ffffffffffffffffffffffffffffffffffffffff", "0000000000000000", 1, "2001:db8:a::5", "6e54056a20bf0ef6"},
	{"ffffffffffffffffffffffffffffffffffffffff", "0000000000000000", 1, "2001:db8:1::100", "a883a561e717eea7"},
	{"ffffffffffffffffffffffffffffffffffffffff", "0000000000000000", 0, "::", "3ad9226fce5187a4"},
	{"c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadb", "6e6f6e6365203634", 0, "2001:db8:1::100", "83e26bd79de7b415"},
	{"c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadb", "6e6f6e6365203634", 1, "2001:db8:a::5", "3fc9fc295ab19bed"},
	{"c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadb", "6e6f6e6365203634", 1, "2001:db8:1::100", "49c61078d47a223b"},
	{"c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadb", "6e6f6e6365203634", 0, "::", "f56a5497c82ff5b3"},
};

static const struct authorization_vector authorization_vectors[] = {
	{"update", "a0e8498e964263cb", "3fc9fc295ab19bed", "0d388bfe536b3d0b776df4db7b495ea25ff39b10", "2001:db8:a::5", "2001:db8:c::9", "3b030500000000078000006904040001ffff050c", "3c596392a1e35337e33a4add"},
	{"update, A clear", "a0e8498e964263cb", "3fc9fc295ab19bed", "0d388bfe536b3d0b776df4db7b495ea25ff39b10", "2001:db8:a::5", "2001:db8:c::9", "3b0305000000ffff0000000104040001ffff050c", "6f5a03efed10bc0635a4775d"},
	{"alternate care-of address", "a0e8498e964263cb", "196326eab5a4811e", "7d4edbdcaddf3a0e53615bd153173c323c48370c", "2001:db8:b::6", "2001:db8:c::9", "3b060500000000078000006904040001ffff01020000031020010db8000b000000000000000000060100050c", "6844c5be2ab98ffcec84ff05"},
	{"deletion", "a0e8498e964263cb", "", "1335de3bbdcb6868257f8153e205af093225ae1f", "2001:db8:1::100", "2001:db8:c::9", "3b030500000000088000000004040001ffff050c", "6bdda31df8c5f82a9f8c9488"},
	{"acknowledgement", "a0e8498e964263cb", "3fc9fc295ab19bed", "0d388bfe536b3d0b776df4db7b495ea25ff39b10", "2001:db8:a::5", "2001:db8:c::9", "3b0306000000000000070069010400000000050c", "46dadc917ce0dd12e9cb92cc"},
	{"acknowledgement of a deletion", "a0e8498e964263cb", "", "1335de3bbdcb6868257f8153e205af093225ae1f", "2001:db8:1::100", "2001:db8:c::9", "3b0306000000000000080000010400000000050c", "52d0de0ce86941cc2f07c4da"},
	{"refusal", "a0e8498e964263cb", "3fc9fc295ab19bed", "0d388bfe536b3d0b776df4db7b495ea25ff39b10", "2001:db8:a::5", "2001:db8:c::9", "3b0306000000870000030000010400000000050c", "13888632f6a7b5a60f6b7676"},
};
