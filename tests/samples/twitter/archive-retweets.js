window.YTD.tweets.part0 = [
  {
    "tweet": {
      "id_str": "1",
      "id": "1",
      "created_at": "Wed Oct 19 20:07:25 +0000 2022",
      "full_text": "RT @user: something",
      "favorite_count": "0",
      "retweet_count": "900",
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
      "id_str": "2",
      "id": "2",
      "created_at": "Wed Oct 19 20:07:25 +0000 2022",
      "full_text": "RT @user: something",
      "favorite_count": "3",
      "retweet_count": "1",
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