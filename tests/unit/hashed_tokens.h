/* hashed_tokens -- the token "s3cret" as a table may keep it.
 */
#ifndef TESTS_UNIT_HASHED_TOKENS_H
#define TESTS_UNIT_HASHED_TOKENS_H

/* printf 00112233s3cret | sha256sum */
#define SHA256_TOKEN                                                           \
    "sha256:00112233:"                                                         \
    "0a2aa140e13a5e2c80817d56be416bd00ea8ace2c9f4cd9c6aefcbf77df2cda2"
/* hashlib.scrypt(b"s3cret", salt=b"00112233", n=1024, r=8, p=1, dklen=32) */
#define SCRYPT_TOKEN                                                           \
    "scrypt:1024:8:1:00112233:"                                                \
    "959be001a5d6436ef69b78dac0f7d11adf25a33a99b3b3f538863f2751ebe87c"

#endif
