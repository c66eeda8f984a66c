window.YTD.like.part0 = [
  {
    "tweet": {
      "id_str": "660535076486357569",
      "id": "660535076486357569",
      "created_at": "Wed Oct 19 20:07:25 +0000 2022",
      "full_text": "@ada, listen",
      "favorite_count": "14",
      "retweet_count": "5",
      "entities": {
        "user_mentions": [
          {
            "name": "Ada Lovelace",
            "id_str": "58",
            "retweet_count": "9"
          }
        ]
      }
    }
  }
]