"""What following a page causes, from people who follow and unfollow.

===================  ============================================================================
followers            the input: follows, purchases and engagements by person and day
audience_estimate    the estimate for one channel and goal, or the reasons why there is none
audience_result      what it returns
follow_spells        spells of following, from follows and unfollows
follower_counts      how many people follow, come and leave
follow_design        who is compared on which days
event_counts         events of people within ranges of days
day_factors          the calendar of people who do not follow
before_after         people compared with themselves, before and after a change
interest_peak        events that come with follows, and the bias they leave
after_leaving        whether the effect ends with the unfollow
placebo              a change before the follow, and whether the effect fades
through_engagements  the part of the effect that acts through engagements, and its upper limit
association          how much more followers buy than others: not an effect
lifetime             how long people follow
person_groups        the jackknife over groups of people
audience_document    the stored form of an estimate
worth                values of a follower and of a page for any size and horizon, without numpy
===================  ============================================================================
"""
