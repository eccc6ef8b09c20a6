"""Which human speakers are kept out of training: by Common Voice speaker id, shortened."""

VALIDATION = {"60dd57f5407b", "83428194eced", "f885a9e123e8", "d4a54a7d1dc9", "bf51dfde60bb", "96feab638b97",
              "66c8dbd967a3", "5b2996c5b121", "c011b09d47be", "7d2c7e693df0", "ed29f793ce4d", "b6f95d9fd666",
              "3f4acad2c6cd", "23155b3c9b54", "4d8a63173747"}
