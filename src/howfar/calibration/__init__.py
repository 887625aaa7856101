"""Finding out a camera: its intrinsics from a chessboard, and the scale of depth from known distances."""
