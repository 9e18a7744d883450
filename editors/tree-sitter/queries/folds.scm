(block) @fold
(fence) @fold
