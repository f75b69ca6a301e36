package gguf

// blockOf is how many elements a tensor type stores together, and in how many
// bytes (ggml's block layouts); 0 for types not known here.
func blockOf(t uint32) (elements, bytes int64) {
	switch t {
	case 0, 26: // F32, I32
		return 1, 4
	case 1, 25, 30: // F16, I16, BF16
		return 1, 2
	case 2, 20, 31, 32, 33, 36, 37, 38: // Q4_0, IQ4_NL and their withdrawn repackings
		return 32, 18
	case 3: // Q4_1
		return 32, 20
	case 6: // Q5_0
		return 32, 22
	case 7: // Q5_1
		return 32, 24
	case 8: // Q8_0
		return 32, 34
	case 9: // Q8_1
		return 32, 36
	case 10: // Q2_K
		return 256, 84
	case 11, 21: // Q3_K, IQ3_S
		return 256, 110
	case 12: // Q4_K
		return 256, 144
	case 13: // Q5_K
		return 256, 176
	case 14: // Q6_K
		return 256, 210
	case 15: // Q8_K
		return 256, 292
	case 16, 35: // IQ2_XXS, TQ2_0
		return 256, 66
	case 17: // IQ2_XS
		return 256, 74
	case 18: // IQ3_XXS
		return 256, 98
	case 19: // IQ1_S
		return 256, 50
	case 22: // IQ2_S
		return 256, 82
	case 23: // IQ4_XS
		return 256, 136
	case 24: // I8
		return 1, 1
	case 27, 28: // I64, F64
		return 1, 8
	case 29: // IQ1_M
		return 256, 56
	case 34: // TQ1_0
		return 256, 54
	case 39: // MXFP4
		return 32, 17
	case 40: // NVFP4
		return 64, 36
	case 41: // Q1_0
		return 128, 18
	case 42: // Q2_0
		return 64, 18
	default:
		return 0, 0
	}
}
