"""What people say about the brand: their mood, and whether and when the brand answers.

==============  ================================================================================
messages        single messages: what the classifier said, what a person said, the first reply
bounded         a number with its interval, and which verdicts there are
mood            shares of negative, neutral and positive messages, corrected for the classifier
confusion       how the classifier errs, from messages that a person has checked
label_shift     true shares from what the classifier says, with its errors known from elsewhere
mood_change     whether the mood of two ranges differs
response        how soon criticism is answered, on the clock of customers and of the team
waiting_times   the distribution of waiting times of which some have not ended
working_hours   the clock that runs only while the team works
alarms          days with more criticism or more talk than usual
count_tails     how rare a count is, by the negative binomial distribution
usual_counts    what a day usually has: level, day of the week, scatter
voice           shares of the talk about the brand and its competitors
==============  ================================================================================
"""
