window.YTD.tweets.part0 = [
  {
    "tweet": {
      "id_str": "1",
      "id": "1",
      "created_at": "Wed Oct 19 20:07:25 +0000 2022",
      "full_text": "@ada, listen",
      "favorite_count": 2,
      "retweet_count": null,
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
  },
  {
    "tweet": {
      "id_str": 2,
      "id": "2",
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